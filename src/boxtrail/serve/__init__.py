"""The HTTP application: real Supervisely and Roboflow clients, and boxtrail's own protocol."""
