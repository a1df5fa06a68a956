"""A server on 127.0.0.1 that behaves as Google's documented interfaces do, where syncd depends on it."""
