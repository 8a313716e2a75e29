"""Reports: what to run, running it, rendering it, and the site that holds the pages."""
