"""Pages of topics, calendar plans, resources and questions, and the student's own."""
