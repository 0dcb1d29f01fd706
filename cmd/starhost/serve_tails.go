package main

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/source"
	"github.com/starhost/starhost/status"
)

// openTails makes a Tail for each log type of the files that are followed. Each
// keeps its checkpoints in a file of its own, named after the log type, and
// knows what the others follow.
func (s *service) openTails() {
	for _, f := range s.Follow {
		t := s.tail(cmp.Or(f.LogType, s.LogType), f.StartAt == "end")
		t.Paths = append(t.Paths, f.Paths...)
		for _, path := range f.Paths {
			if found, err := filepath.Glob(path); err == nil && len(found) == 0 {
				s.log.Warn("there is no file to follow yet", "path", path)
			}
		}
	}
	for _, t := range s.tails {
		for _, other := range s.tails {
			if other != t {
				t.Others = append(t.Others, other.Paths...)
			}
		}
	}
}

func (s *service) tail(logType string, end bool) *source.Tail {
	start, name := source.Beginning, "checkpoints"
	if end {
		start = source.End
	}
	if logType != "" {
		name += "-" + url.PathEscape(logType)
	}
	path := s.file(name + ".json")
	if i := slices.IndexFunc(s.tails, func(t *source.Tail) bool { return t.Checkpoints == path }); i >= 0 {
		return s.tails[i]
	}
	t := &source.Tail{
		LogType: logType, Handle: s.engine.Handle, StartAt: start, Checkpoints: path,
		MaxRecord: int(s.Ingest.MaxRecord), Log: s.log,
		Bad: func(raw event.Raw, err error) { s.bury(raw, err) },
	}
	s.tails = append(s.tails, t)
	return t
}

// sources tell what has come from where.
func (s *service) sources() []status.Source {
	h := s.events.Stats()
	web := status.Source{
		Kind: "http", Accepted: h.Accepted, Failed: h.Failed, RefusedBy: h.Refused, Requests: h.Requests,
		InFlight: int64(h.InFlight), InFlightBytes: h.Reserved,
	}
	for _, n := range h.Refused {
		web.Refused += n
	}
	web.Received = web.Accepted + web.Refused + web.Failed
	all := []status.Source{web}
	if len(s.tails) > 0 {
		all = append(all, s.followed())
	}
	return all
}

func (s *service) followed() status.Source {
	out := status.Source{Kind: "tail"}
	for _, t := range s.tails {
		st := t.Stats()
		if st.SaveError != nil {
			out.LastError = st.SaveError.Error()
		}
		out.Accepted += st.Accepted
		out.Refused += st.Refused + st.Bad
		for _, f := range st.Files {
			file := status.File{Path: f.Path, Offset: f.Offset, Size: f.Size, Lag: f.Lag(), Records: int64(f.Records)}
			if f.Error != nil {
				file.LastError = f.Error.Error()
			}
			out.Files = append(out.Files, file)
		}
	}
	out.Received = out.Accepted + out.Refused
	return out
}
