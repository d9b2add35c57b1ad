"""Pictures and tables of a network: graph, layout, diagram, outline, summary."""
