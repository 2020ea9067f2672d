"""The HTTP application: real Supervisely and Roboflow clients, and boxtrail's own protocol."""

from boxtrail.serve.client import Client

__all__ = ["Client"]
