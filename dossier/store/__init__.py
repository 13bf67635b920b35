"""The store: schema, migrations and queries. The only place in the product that speaks SQL."""
