"""How curves are drawn, whoever draws them: which points are kept, ticks, and the plot of a terminal."""
