"""The ceremony under /draw/<number>/: watched by everybody; seats and the discipline officer act here."""

from django.urls import path

from draws.views import certificates, files, leaflet, live, oversight, seat

app_name = "live"

urlpatterns = [
    path("<slug:number>/", live.live, name="live"),
    path("<slug:number>/events", live.events, name="events"),
    path("<slug:number>/stream", live.stream, name="stream"),
    path("<slug:number>/frame", live.frame, name="frame"),
    path("<slug:number>/transcript.json", files.transcript, name="transcript"),
    path("<slug:number>/openings.json", files.openings, name="openings"),
    path("<slug:number>/minutes.pdf", files.minutes, name="minutes"),
    path("<slug:number>/leaflet/", leaflet.leaflet, name="leaflet"),
    path("<slug:number>/leaflet.txt", leaflet.text, name="leaflet-text"),
    path("<slug:number>/minutes.docx", files.minutes_word, name="minutes-word"),
    path("<slug:number>/certificate/<str:key>/", certificates.page, name="certificate"),
    path(
        "<slug:number>/certificate/<str:key>/openings.json",
        certificates.openings,
        name="certificate-openings",
    ),
    path(
        "<slug:number>/certificate/<str:key>/certificate.json", certificates.proof, name="certificate-proof"
    ),
    path("<slug:number>/certificate/<str:key>/certificate.docx", certificates.docx, name="certificate-docx"),
    path("<slug:number>/certificate/<str:key>/certificate.pdf", certificates.pdf, name="certificate-pdf"),
    path("<slug:number>/certificate/<str:key>/pdf/", certificates.make_pdf, name="certificate-make"),
    path("<slug:number>/verify/", files.verify, name="verify"),
    path("<slug:number>/verify/page/", files.verifier_page, name="verifier"),
    path("<slug:number>/join/", seat.join, name="join"),
    path("<slug:number>/join/<slug:code>/", seat.join, name="join-code"),
    path("<slug:number>/seat/", seat.seat, name="seat"),
    path("<slug:number>/seat/slip/", seat.slip, name="slip"),
    path("<slug:number>/seat/open/", seat.open_slip, name="open"),
    path("<slug:number>/seat/confirm/", seat.confirm, name="seat-confirm"),
    path("<slug:number>/seat/sign/", seat.sign, name="seat-sign"),
    path("<slug:number>/oversight/", oversight.oversight, name="oversight"),
    path("<slug:number>/oversight/presence/", oversight.presence, name="presence"),
    path("<slug:number>/oversight/seat/", oversight.take_seat, name="take-seat"),
    path("<slug:number>/oversight/chain-b/", oversight.chain_b, name="chain-b"),
    path("<slug:number>/oversight/copy/", oversight.sealed_copy, name="sealed-copy"),
    path("<slug:number>/oversight/spotcheck/", oversight.spotcheck, name="spotcheck"),
    path("<slug:number>/oversight/confirm/", oversight.confirm, name="confirm"),
    path("<slug:number>/oversight/retry/", oversight.retry, name="retry"),
    path("<slug:number>/oversight/restore/", oversight.restore, name="restore"),
    path("<slug:number>/oversight/reissue/", oversight.reissue, name="reissue"),
    path("<slug:number>/oversight/note/", oversight.note_unsigned, name="note"),
    path("<slug:number>/oversight/sign/", oversight.sign, name="oversight-sign"),
    path("<slug:number>/oversight/release/", oversight.release_b, name="release"),
    path("<slug:number>/oversight/unmask/", oversight.unmask, name="unmask"),
]
