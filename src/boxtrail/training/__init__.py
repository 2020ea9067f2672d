"""Appearance networks trained, scored and exported. torch is imported by what needs it, when it is used."""
