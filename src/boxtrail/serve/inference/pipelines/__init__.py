"""Inference pipelines: workflows over videos that the server opens itself."""
