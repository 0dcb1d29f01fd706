package pyoutside

import (
	"math"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Modules returns all modules of this package.
func Modules() []runtime.Module {
	all := []runtime.Module{osModule(), osPathModule(), sysModule(), socketModule(), subprocess(), pathlib()}
	all = append(all, boto()...)
	return append(all, requests()...)
}

// Open is Python's open, which refuses.
var Open = &outside{name: "open", lib: noDisk}

var (
	noDisk    = &library{raises: py.ExceptionClass("PermissionError"), reason: "a rule has no files; put the data into the rule, a helper or a lookup table, and mock the call in unit tests"}
	noMachine = &library{raises: py.ExceptionClass("PermissionError"), reason: "a rule cannot use the machine that it runs on; mock the call in unit tests"}
)

// osModule returns the module os.
//
//	getenv(key, default=None)  default: a rule has no environment
//	environ                    empty
//	path                       see os.path
//	sep, linesep, name, curdir, pardir, extsep, altsep, pathsep, devnull
//	fspath(path)
//	all others are refused
func osModule() runtime.Module {
	environment := new(starlark.Dict)
	environment.Freeze()
	return runtime.Module{Names: []string{"os"}, Members: join(
		noMachine.names("os", "system popen getpid getppid getuid geteuid getgid getlogin uname cpu_count urandom kill fork execv execve spawnv putenv unsetenv umask times getloadavg abort _exit"),
		noDisk.names("os", "listdir scandir walk stat lstat remove unlink rename replace mkdir makedirs rmdir removedirs chmod chown getcwd chdir open close read write access readlink symlink link truncate utime"),
		starlark.StringDict{
			"getenv":   pyclass.Function("getenv", getenv),
			"environ":  environment,
			"path":     &starlarkstruct.Module{Name: "posixpath", Members: pathMembers()},
			"fspath":   pyclass.Function("fspath", fspath),
			"sep":      starlark.String("/"),
			"altsep":   starlark.None,
			"extsep":   starlark.String("."),
			"pathsep":  starlark.String(":"),
			"linesep":  starlark.String("\n"),
			"curdir":   starlark.String("."),
			"pardir":   starlark.String(".."),
			"devnull":  starlark.String("/dev/null"),
			"name":     starlark.String("posix"),
			"error":    py.ExceptionClass("OSError"),
			"PathLike": &pyclass.Class{FullName: "os.PathLike"},
		},
	)}
}

func getenv(c pyclass.Call) (starlark.Value, error) {
	var key string
	var def starlark.Value = starlark.None
	if err := c.Unpack("key", &key, "default?", &def); err != nil {
		return nil, err
	}
	return def, nil
}

// sysModule returns the module sys.
//
//	version_info, version, hexversion, implementation, platform, byteorder, maxsize, maxunicode,
//	float_info, argv, path, modules, executable, stdin, stdout, stderr
//	getrecursionlimit(), getdefaultencoding(), intern(string)
//	all others are refused
func sysModule() runtime.Module {
	empty := func() starlark.Value {
		list := starlark.NewList(nil)
		list.Freeze()
		return list
	}
	modules := new(starlark.Dict)
	modules.Freeze()
	return runtime.Module{Names: []string{"sys"}, Members: join(
		noMachine.names("sys", "exit stdin stdout stderr getsizeof getrefcount exc_info settrace setprofile setrecursionlimit _getframe excepthook displayhook exception"),
		starlark.StringDict{
			"version_info":          versionInfo,
			"version":               starlark.String("3.12.0"),
			"hexversion":            starlark.MakeInt(0x030c00f0),
			"implementation":        &starlarkstruct.Module{Name: "sys.implementation", Members: starlark.StringDict{"name": starlark.String("starhost"), "version": versionInfo}},
			"platform":              starlark.String("linux"),
			"byteorder":             starlark.String("little"),
			"maxsize":               starlark.MakeInt64(math.MaxInt64),
			"maxunicode":            starlark.MakeInt(0x10ffff),
			"float_info":            floatInfo,
			"argv":                  empty(),
			"path":                  empty(),
			"modules":               modules,
			"executable":            starlark.String(""),
			"getrecursionlimit":     constant("getrecursionlimit", starlark.MakeInt(1000)),
			"getdefaultencoding":    constant("getdefaultencoding", starlark.String("utf-8")),
			"getfilesystemencoding": constant("getfilesystemencoding", starlark.String("utf-8")),
			"intern": pyclass.Function("intern", func(c pyclass.Call) (starlark.Value, error) {
				var s starlark.String
				err := c.Unpack("string", &s)
				return s, err
			}),
		},
	)}
}

// constant makes a function of no arguments.
func constant(name string, v starlark.Value) *starlark.Builtin {
	return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) { return v, c.Unpack() })
}

// versionInfo is the Python whose behaviour is ours.
var versionInfo = &pyclass.NamedTuple{
	FullName: "sys.version_info",
	Names:    []string{"major", "minor", "micro", "releaselevel", "serial"},
	Elems:    starlark.Tuple{starlark.MakeInt(3), starlark.MakeInt(12), starlark.MakeInt(0), starlark.String("final"), starlark.MakeInt(0)},
}

var floatInfo = &pyclass.NamedTuple{
	FullName: "sys.float_info",
	Names:    strings.Fields("max max_exp max_10_exp min min_exp min_10_exp dig mant_dig epsilon radix rounds"),
	Elems: starlark.Tuple{
		starlark.Float(math.MaxFloat64), starlark.MakeInt(1024), starlark.MakeInt(308), starlark.Float(0x1p-1022), starlark.MakeInt(-1021),
		starlark.MakeInt(-307), starlark.MakeInt(15), starlark.MakeInt(53), starlark.Float(0x1p-52), starlark.MakeInt(2), starlark.MakeInt(1),
	},
}

// subprocess returns the module subprocess, all of which is refused.
func subprocess() runtime.Module {
	const module = "subprocess"
	base := exception(module, "SubprocessError", py.ExceptionClass("Exception"))
	return runtime.Module{Names: []string{module}, Members: join(
		noMachine.names(module, "run Popen call check_call check_output getoutput getstatusoutput CompletedProcess"),
		starlark.StringDict{
			"SubprocessError":    base,
			"CalledProcessError": exception(module, "CalledProcessError", base),
			"TimeoutExpired":     exception(module, "TimeoutExpired", base),
			"PIPE":               starlark.MakeInt(-1),
			"STDOUT":             starlark.MakeInt(-2),
			"DEVNULL":            starlark.MakeInt(-3),
		},
	)}
}
