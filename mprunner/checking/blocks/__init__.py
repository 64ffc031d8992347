"""How a record comes to constraints: symbols for shapes, blocks of symbols, one by one where nothing else will do."""
