"""What takes the space in the filter's file."""
