"""What stands between a target and the network: policy, address guard, robots, scope; one concern a file."""
