"""Pieces that pages are made of. They hold no data: the scripts in assets fill them."""
