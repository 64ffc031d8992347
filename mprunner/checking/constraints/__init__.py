"""One small class or two for each form of promise: fed with events, it tells at the end what it found."""
