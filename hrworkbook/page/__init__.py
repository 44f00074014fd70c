"""The page: a folder's plans in any browser, served to those who may see them."""
