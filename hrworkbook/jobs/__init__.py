"""A verb and the files that go beside it, for every face."""
