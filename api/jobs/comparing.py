"""Compares what a run brought with all that is known; a run is done whether or not that succeeds."""

import logging

from sqlalchemy import Engine

from api.services.clusters import regroup
from api.store.blobs import BlobStore

LOG = logging.getLogger(__name__)


def compare_all(engine: Engine, blobs: BlobStore) -> str:
    """Group all pages and sites anew; gives a sentence for people.

    Whatever goes wrong with it, the run is done, and the next one compares everything again.
    """
    try:
        grouped = regroup(engine, blobs)
    except Exception as problem:
        LOG.exception("pages and sites could not be compared")
        return (
            f"pages and sites could not be compared ({type(problem).__name__}); `rxwarden clusters --anew` tries again"
        )
    operators, texts = grouped.operators, grouped.texts
    return f"all pages compared; operators with several sites: {operators}, texts on several sites: {texts}"
