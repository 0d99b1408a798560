"""What the data is: names, columns and the layout of a snapshot in bytes."""
