"""Predicting with one model, here or elsewhere: boxes, and ids where tracking is asked for."""

from boxtrail.predict.model_api import ModelAPI
from boxtrail.predict.prediction import Prediction
from boxtrail.predict.session import PredictionSession

__all__ = ["ModelAPI", "Prediction", "PredictionSession"]
