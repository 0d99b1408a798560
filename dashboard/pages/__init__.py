"""One module a page: what is where. assets/page_<name>.js brings it to life."""
