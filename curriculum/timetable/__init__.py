"""The timetable of classes and of controls: who is taught what when and where (duties 2.3, 3.3, B7)."""
