"""Addresses of the scientific rating."""

from django.urls import path

from research.rating.pages import appeals, criteria, evidence, ratings

urlpatterns = [
    path("ratings/begin/", ratings.begin, name="research_rating_begin"),
    path("ratings/compare/", ratings.compare, name="research_rating_compare"),
    *criteria.CriteriaSets.urls(),
    *criteria.Criteria.urls(),
    *ratings.Ratings.urls(),
    *ratings.TeacherLines.urls(),
    *ratings.KafedraLines.urls(),
    *ratings.FacultyLines.urls(),
    *evidence.Evidences.urls(),
    *appeals.Appeals.urls(),
    path("criteria-sets/<int:pk>/approve/", criteria.approve, name="research_criteria_approve"),
    path("criteria-sets/<int:pk>/template/", criteria.take_template, name="research_criteria_template"),
    path("ratings/<int:pk>/recount/", ratings.recount, name="research_rating_recount"),
    path("ratings/<int:pk>/freeze/", ratings.freeze, name="research_rating_freeze"),
    path("ratings/<int:pk>/correct/", ratings.correct, name="research_rating_correct"),
    path("ratings/<int:pk>/drop/", ratings.drop, name="research_rating_drop"),
    path("evidence/<int:pk>/submit/", evidence.submit, name="research_evidence_submit"),
    path("evidence/<int:pk>/approve/", evidence.approve, name="research_evidence_approve"),
    path("evidence/<int:pk>/return/", evidence.send_back, name="research_evidence_return"),
    path("lines/<int:pk>/appeal/", appeals.ask, name="research_appeal_ask"),
    path("appeals/<int:pk>/decide/", appeals.decide, name="research_appeal_decide"),
]
