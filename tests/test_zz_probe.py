import time
from datetime import timedelta
def test_a(make_world):
    t=time.time()
    w=make_world(organisations=("fulda",))
    print("make",time.time()-t); t=time.time()
    w.reads_feed(); print("read",time.time()-t); t=time.time()
    w.clears(); print("clear",time.time()-t); t=time.time()
    w.approves(); print("approve",time.time()-t); t=time.time()
    print(len(w.posts()), w.states())
    w.runs_until(w.clock.now()+timedelta(days=14)); print("run",time.time()-t)
    print(w.states())
    t=time.time(); w.close; 
