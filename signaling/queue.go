package signaling

import (
	"runtime"
	"sync"
)

const (
	maxJobs       = 1024     // waiting in one room
	maxBatch      = 64       // ops stored and sent at once
	maxBatchBytes = 64 << 10 // of their text, unless one alone is longer
)

// job is an op for the chat store or something else to do in order with those.
type job struct {
	pending *pending
	do      func()
}

// queue runs the jobs of one room one after the other, outside all locks, as
// they may wait for the chat store. A goroutine runs while there are jobs.
type queue struct {
	room *Room // static

	mu      sync.Mutex // guards what follows
	jobs    []job
	running bool
	resting []chan struct{} // closed when it no longer runs
}

// push adds a job; false when too many wait.
func (q *queue) push(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) >= maxJobs {
		return false
	}
	q.jobs = append(q.jobs, j)
	if !q.running {
		q.running = true
		q.room.hub.alive.Add(1)
		go q.work()
	}
	return true
}

func (q *queue) work() {
	for {
		q.mu.Lock()
		if len(q.jobs) == 0 {
			resting := q.resting
			q.jobs, q.running, q.resting = nil, false, nil
			q.mu.Unlock()
			for _, rest := range resting {
				close(rest)
			}
			q.room.rested()
			return
		}
		batch := nextBatch(q.jobs)
		q.jobs = q.jobs[len(batch):]
		q.mu.Unlock()
		q.room.runJobs(batch)
		runtime.Gosched() // the frames leave before more of them come
	}
}

// nextBatch is what of the jobs, at least one, is done before others get on.
func nextBatch(jobs []job) []job {
	size := 0
	for i, j := range jobs[:min(len(jobs), maxBatch)] {
		if j.pending != nil {
			size += len(j.pending.op.Message.Text)
		}
		if size > maxBatchBytes {
			return jobs[:max(i, 1)]
		}
	}
	return jobs[:min(len(jobs), maxBatch)]
}

// busy tells whether jobs wait or run.
func (q *queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}

// rest is closed as soon as nothing runs.
func (q *queue) rest() <-chan struct{} {
	rest := make(chan struct{})
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running {
		q.resting = append(q.resting, rest)
	} else {
		close(rest)
	}
	return rest
}

// rested is told that the queue has run its jobs: the room stayed for them.
func (r *Room) rested() {
	r.mu.Lock()
	empty := len(r.peers) == 0
	r.mu.Unlock()
	if empty {
		r.hub.retire(r)
	}
	r.hub.alive.Done()
}

// runJobs runs jobs in their order; ops that follow one another are stored
// together.
func (r *Room) runJobs(jobs []job) {
	var ops []*pending
	for _, j := range jobs {
		if j.pending != nil {
			ops = append(ops, j.pending)
			continue
		}
		r.applyAll(&ops)
		j.do()
	}
	r.applyAll(&ops)
}

func (r *Room) applyAll(ops *[]*pending) {
	if len(*ops) > 0 {
		r.apply(*ops)
		*ops = nil
	}
}
