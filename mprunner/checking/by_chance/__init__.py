"""The strict reading of promises on order: kept when edges, and not only the clock, order some choice of partners."""
