"""What happens before what, derived from a record: edges, clocks, chains of edges, races, calls that overlap."""
