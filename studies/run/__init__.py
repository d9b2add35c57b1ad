"""Models, engines and sweeps: what computes cells."""
