"""Pages of the timetable: the grid, lessons, bulk changes, days off, controls, and one's own week."""
