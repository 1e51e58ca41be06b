"""The public portal under /open/."""

from django.urls import URLPattern, path

from disclosure.public import archive, certificates, fairness, notices, pages, sitemap, views

app_name = "open"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("results/", views.results, name="results"),
    path("results/download.<str:kind>", views.results_file, name="results_file"),
    path("results/<str:number>/", views.result, name="result"),
    path("results/<str:number>/record.json", views.result_json, name="result_json"),
    path("companies/<str:uscc>/", views.company, name="company"),
    path("companies/<str:uscc>/feed.atom", pages.feed, name="company_feed"),
    path("draws/", archive.draws, name="draws"),
    path("draws/download.<str:kind>", archive.draws_file, name="draws_file"),
    path("draws/fairness/", fairness.page, name="fairness"),
    path("draws/fairness/report.xlsx", fairness.workbook, name="fairness_file"),
    path("draws/<str:number>/", archive.draw, name="draw"),
    path("draws/<str:number>/certificate/", certificates.search, name="certificate"),
    path("plans/", archive.plans, name="plans"),
    path("plans/<str:number>/", archive.plan, name="plan"),
    path("lists/", archive.lists, name="lists"),
    path("lists/items/<int:bureau_id>-<slug:kind>.xlsx", archive.item_list_file, name="item_list_file"),
    path("lists/<slug:name>/", archive.lists, name="list"),
    path("notices/", notices.page, name="notices"),
    path("notices/feed.atom", notices.feed, name="notices_feed"),
    path("sitemap-<slug:name>.xml", sitemap.part, name="sitemap"),
    path("stats/", archive.stats, name="stats"),
    path("data/", archive.data, name="data"),
    path("data/<str:period>.<str:kind>", archive.data_file, name="data_file"),
    path("objection/", pages.objection, name="objection"),
    path("objection/receipt/", pages.receipt_lookup, name="receipt_lookup"),
    path("objection/<str:receipt>/", pages.receipt, name="receipt"),
    path("verify/", pages.verify, name="verify"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("feed.atom", pages.feed, name="feed"),
]
