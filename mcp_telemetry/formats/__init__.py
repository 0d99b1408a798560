"""Files of other programs, and for them: one module a format, each to rows and back."""
