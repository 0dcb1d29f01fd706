// Package helpers has the modules that rules load and that keep no state
// between events: Python's json, time, datetime, re and so on, as far as
// detections use them, and Panther's helpers.
//
// The functions behave as CPython 3.12's do, down to the texts that they print
// and raise; tests compare them with results recorded from it. The differences
// that remain are told where they are: in the comment of the module, or of the
// package that implements it. All of them are bounded in time and memory, and
// the only clock they know is that of the call.
package helpers

import (
	"github.com/starhost/starhost/builtins/helpers/pycountry"
	"github.com/starhost/starhost/builtins/helpers/pydateutil"
	"github.com/starhost/starhost/builtins/helpers/pyip"
	"github.com/starhost/starhost/builtins/helpers/pyoutside"
	"github.com/starhost/starhost/builtins/helpers/pypolicy"
	"github.com/starhost/starhost/builtins/helpers/pyre"
	"github.com/starhost/starhost/builtins/helpers/pystd"
	"github.com/starhost/starhost/builtins/helpers/pytextwrap"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/starhost/starhost/builtins/helpers/pytyping"
	"github.com/starhost/starhost/builtins/helpers/pyurl"
	"github.com/starhost/starhost/runtime"
)

// Modules returns all modules of this package. They are immutable, and may be
// shared by any number of goroutines.
func Modules() []runtime.Module {
	modules := []runtime.Module{
		Base64(),
		Binascii(),
		Difflib(),
		Fnmatch(),
		HTML(),
		Hashlib(),
		JSON(),
		Logging(),
		Math(),
		PantherBaseHelpers(),
		PantherCore(),
		Shlex(),
		Strings(),
		UUID(),
		pycountry.Module(),
		pyip.Module(),
		pyre.Module(),
		pytextwrap.Module(),
		pytime.DatetimeModule(),
		pytime.TimeModule(),
	}
	modules = append(modules, pydateutil.Modules()...)
	modules = append(modules, pyoutside.Modules()...)
	modules = append(modules, pypolicy.Modules()...)
	modules = append(modules, pystd.Modules()...)
	modules = append(modules, pytyping.Modules()...)
	return append(modules, pyurl.Modules()...)
}
