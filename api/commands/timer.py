"""Ready lines that run the weekly job: a systemd service with its timer, and a line for cron."""

import getpass
import shlex
from pathlib import Path

from api.settings import Settings

# Every night: the job visits what is due that day, and goes on with what an earlier night left undone.
HOUR = "03:17"
SECRETS = "/etc/rxwarden.env"

TEXT = """\
# Runs every night; `rxwarden weekly` visits only what is due by then. Exit code 3 leaves the service in state `failed`,
# so that `systemctl --failed` and OnFailure= tell of it.

# /etc/systemd/system/rxwarden-weekly.service
[Unit]
Description=rxwarden: visit the watched sources that are due
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
{environment}ExecStart={command} weekly
Nice=10
NoNewPrivileges=yes
PrivateTmp=yes

# /etc/systemd/system/rxwarden-weekly.timer
[Unit]
Description=rxwarden: every night

[Timer]
OnCalendar=*-*-* {hour}
RandomizedDelaySec=30min
Persistent=yes

[Install]
WantedBy=timers.target

# Then: systemctl daemon-reload && systemctl enable --now rxwarden-weekly.timer

# Or, where cron is used instead, one line in the crontab of {user}:
{minute} {hours} * * * {cron}
"""


def timer_text(settings: Settings, command: Path, user: str = "") -> str:
    """Give the lines for this installation; secrets are never among them, they are read from a file of their own."""
    given = _given(settings)
    words = ("env", *(f"{name}={value}" for name, value in given.items()), str(command), "weekly")
    hours, _, minute = HOUR.partition(":")
    return TEXT.format(
        user=user or getpass.getuser(),
        environment="".join(f"{line}\n" for line in _environment(settings, given)),
        command=_for_systemd(str(command)),
        hour=HOUR,
        hours=int(hours),
        minute=int(minute),
        # cron ends a line at a percent sign.
        cron=" ".join(shlex.quote(word) for word in words).replace("%", r"\%"),
    )


def _given(settings: Settings) -> dict[str, str]:
    """Give the variables that the job needs and anybody may read."""
    given = {"RXWARDEN_DATA": str(settings.data), "RXWARDEN_CONTACT": settings.contact}
    for field in ("capture_budget_gb", "least_free_gb"):
        value: float | None = getattr(settings, field)
        if value != Settings.model_fields[field].default:
            given[f"RXWARDEN_{field.upper()}"] = f"{value:g}"
    return {name: value for name, value in given.items() if value}


def _environment(settings: Settings, given: dict[str, str]) -> list[str]:
    lines = [f"Environment={_for_systemd(f'{name}={value}')}" for name, value in given.items()]
    if settings.database_url.get_secret_value() or settings.secret.get_secret_value():
        lines += ["# RXWARDEN_DATABASE_URL and RXWARDEN_SECRET belong here, readable by root only:"]
        lines += [f"EnvironmentFile={SECRETS}"]
    if not settings.contact:
        lines += ["# The job visits nobody until this says whom a site's owner can write to:"]
        lines += ["#Environment=RXWARDEN_CONTACT="]
    return lines


def _for_systemd(text: str) -> str:
    """Quote a word for a unit file, in which % and \\ mean something."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
