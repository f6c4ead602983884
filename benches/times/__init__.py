"""Times of whole proxies: what the table of instructions cannot tell, at the price of noise."""
