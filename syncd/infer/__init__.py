"""Infer: what events and messages mean, and which opportunities they make up. Pure: text and values in, values out."""
