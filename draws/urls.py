"""Staff pages under /desk/."""

from django.urls import path

from draws.views import adjust, conflicts, console, draws, preparation, seats

app_name = "draws"

urlpatterns = [
    path("draws/", draws.draws, name="draws"),
    path("draws/new/", draws.new, name="new"),
    path("draws/<slug:number>/", preparation.draw, name="draw"),
    path("draws/<slug:number>/revise/", preparation.revise, name="revise"),
    path("draws/<slug:number>/announce/", preparation.announce, name="announce"),
    path("draws/<slug:number>/presence/", preparation.presence, name="presence"),
    path("draws/<slug:number>/rehearse/", preparation.rehearse, name="rehearse"),
    path("draws/<slug:number>/close/", preparation.close, name="close"),
    path("draws/<slug:number>/minutes/", preparation.minutes, name="minutes"),
    path("draws/<slug:number>/minutes/state/", preparation.minutes_state, name="minutes-state"),
    path("draws/<slug:number>/seats/", seats.seats, name="seats"),
    path("draws/<slug:number>/seats/add/", seats.add, name="seat-add"),
    path("draws/<slug:number>/seats/<slug:seat>/reissue/", seats.reissue, name="seat-reissue"),
    path("draws/<slug:number>/seats/<slug:seat>/remove/", seats.remove, name="seat-remove"),
    path("draws/<slug:number>/console/", console.console, name="console"),
    path("draws/<slug:number>/console/freeze/", console.freeze, name="freeze"),
    path("draws/<slug:number>/console/speak/", console.speak, name="speak"),
    path("draws/<slug:number>/console/lottery/", console.lottery, name="lottery"),
    path("draws/<slug:number>/console/resume/", console.resume, name="resume"),
    path("draws/<slug:number>/console/sign/", console.sign, name="sign"),
    path("draws/<slug:number>/console/seal/", console.seal, name="seal"),
    path("draws/<slug:number>/console/void/", console.void, name="void"),
    path("draws/<slug:number>/adjust/", adjust.adjust, name="adjust"),
    path("draws/<slug:number>/adjust/ask/", adjust.ask, name="ask"),
    path("draws/<slug:number>/adjust/<int:asked>/decide/", adjust.decide, name="decide"),
    path("draws/<slug:number>/adjust/round/", adjust.start_round, name="round"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/new/", conflicts.new, name="conflict-new"),
    path("conflicts/<int:conflict>/withdraw/", conflicts.withdraw, name="conflict-withdraw"),
]
