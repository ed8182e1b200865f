"""The names under which keys are derived from the installation's secret, one a use."""

API_KEYS = "api-keys"
CURSORS = "cursors"
