package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// showProgress draws how far the run is, from a second after its start, until
// stop is called.
func (r *running) showProgress() (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { r.drawProgress(done) })
	return func() {
		close(done)
		wg.Wait()
	}
}

func (r *running) drawProgress(done <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var bar *progressbar.ProgressBar
	for {
		select {
		case <-done:
			if bar != nil {
				bar.Clear()
			}
			return
		case <-tick.C:
		}
		p := r.files.Progress()
		if bar == nil {
			total := p.BytesTotal
			if total <= 0 {
				total = -1 // unknown: a spinner
			}
			bar = progressbar.NewOptions64(total,
				progressbar.OptionSetWriter(r.err),
				progressbar.OptionShowBytes(true),
				progressbar.OptionSetPredictTime(true),
				progressbar.OptionClearOnFinish())
		}
		stats := r.engine.Stats()
		bar.Describe(fmt.Sprintf("%d events, %d alerts", stats.Records, stats.Alerts))
		bar.Set64(p.Bytes)
	}
}
