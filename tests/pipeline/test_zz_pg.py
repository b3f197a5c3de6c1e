import threading, time, pytest
from django.db import connection, OperationalError
from django.db.models.functions import Now
from editor.models import Edit
from editor.pipeline import claim as C, states
from editor.pipeline.cancel import cancel
from tests.making import *
from tests.conftest import *
pytestmark = pytest.mark.django_db(transaction=True)

def run(*fns):
    errors=[]
    def wrap(fn):
        try: fn()
        except BaseException as e: errors.append(repr(e)[:200])
        finally: connection.close()
    ts=[threading.Thread(target=wrap,args=(f,)) for f in fns]
    [t.start() for t in ts]; [t.join() for t in ts]
    return errors

def test_claims_of_two_workers(people):
    """Edits of two projects, interleaved; two claimers"""
    other = make_project(people.olga, "Other")
    pics = [make_rows(p, people.olga, 1)[0] for p in (people.project, other)]
    errs=[]
    for rnd in range(6):
        order = [0,1,1,0]*5
        for i in order: make_edit_row(pics[i].project, people.olga, pics[i], next_run_at=Now())
        got=[]
        errs += run(*[lambda: got.extend(C.claim(owner="w", limit=2, lease_seconds=30)) for _ in range(8)])
        assert len({h.edit_id for h in got})==len(got)
        Edit.objects.update(state="succeeded")
    print("claim/claim errors", errs); assert not errs

def test_cancel_against_claim(people):
    pic = make_rows(people.project, people.olga, 1)[0]
    errs=[]
    for rnd in range(6):
        es=[make_edit_row(people.project, people.olga, pic, next_run_at=Now()) for _ in range(12)]
        errs += run(lambda: C.claim(owner="w", limit=12, lease_seconds=30), *[ (lambda e=e: cancel(e)) for e in es[6:]])
        Edit.objects.update(state="succeeded")
    print("cancel/claim errors", errs); assert not errs
