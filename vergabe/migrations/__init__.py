"""The migrations: what each release changes in a database that is there already."""
