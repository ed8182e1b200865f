"""All of the console's pages as one router; the application also mounts `assets.Assets` at /static."""

from fastapi import APIRouter

from api.console import (
    assets,
    case,
    evidence,
    overview,
    people,
    policy,
    preference_form,
    queue,
    review,
    runs,
    screenshot,
    sign_in,
    sources,
)

MODULES = (
    sign_in,
    queue,
    case,
    screenshot,
    evidence,
    review,
    runs,
    sources,
    overview,
    policy,
    people,
    preference_form,
    assets,
)

router = APIRouter()
for module in MODULES:
    router.include_router(module.router)
