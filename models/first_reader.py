"""The first reader: scores every sentence with a linear model on what it sees in it."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline


def build() -> Pipeline:
    """An untrained first reader."""
    return Pipeline(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)),
            ("weights", LogisticRegression(C=10, max_iter=300, class_weight="balanced")),
        ]
    )
