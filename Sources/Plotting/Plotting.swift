// Draws charts from plain numbers: as text for a terminal, as SVG and as a page of HTML. What is drawn, where it is written and
// what a terminal can show is decided elsewhere; nothing here knows of runs.
