"""From content to a Verdict with Findings."""
