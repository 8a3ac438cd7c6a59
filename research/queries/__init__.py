"""What others read of research: the rating, statistics, the pages."""

from research.queries.profiles import ApprovedFigures, approved_figures, with_last_figures
from research.queries.works import (
    ApprovedWork,
    approved_works,
    kafedra_of,
    kafedras_of,
    known_works,
    title_keys,
    twins,
    who_enters,
    with_author_counts,
)

__all__ = [
    "ApprovedFigures",
    "ApprovedWork",
    "approved_figures",
    "approved_works",
    "kafedra_of",
    "kafedras_of",
    "known_works",
    "title_keys",
    "twins",
    "who_enters",
    "with_author_counts",
    "with_last_figures",
]
