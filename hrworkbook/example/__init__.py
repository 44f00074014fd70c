"""The example plan: a made-up council's, with role titles and no real people."""
