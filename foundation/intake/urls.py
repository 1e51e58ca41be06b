"""The addresses of one door's pages, for the urlconf of the app that opens it."""

from django.urls import URLPattern, path

from foundation.intake import views


def intake_urls(kind: str, prefix: str, name: str) -> list[URLPattern]:
    """prefix: where the pages live, with a slash at its end · name: of the upload page; the others are <name>-…"""
    one = f"{prefix}<int:batch_id>/"
    pages = (
        (prefix, views.upload, ""),
        (f"{prefix}template/", views.template, "-template"),
        (f"{prefix}sources/", views.source_list, "-sources"),
        (f"{prefix}sources/<int:source_id>/rename/", views.rename_source, "-source-rename"),
        (f"{prefix}sources/<int:source_id>/delete/", views.delete_source, "-source-delete"),
        (one, views.batch, "-batch"),
        (f"{one}columns/", views.columns, "-columns"),
        (f"{one}progress/", views.progress_of, "-progress"),
        (f"{one}errors/", views.errors, "-errors"),
        (f"{one}changes/", views.changes, "-changes"),
        (f"{one}correct/", views.correct, "-correct"),
        (f"{one}commit/", views.commit, "-commit"),
        (f"{one}undo/", views.undo, "-undo"),
        (f"{one}drop/", views.drop, "-drop"),
    )
    return [path(place, view, {"kind": kind}, name=f"{name}{end}") for place, view, end in pages]
