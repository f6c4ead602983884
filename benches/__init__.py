"""What the filter costs: README.md beside this file says what each part measures."""
