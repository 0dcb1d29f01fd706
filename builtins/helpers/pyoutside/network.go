package pyoutside

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

const noNetwork = "a rule has no network; use a lookup table, or a cache, and mock the call in unit tests"

// boto returns the modules boto3 and botocore.
//
//	boto3.client(…), boto3.resource(…), boto3.Session(…), boto3.dynamodb.conditions.Key(…), …
//	botocore.exceptions.ClientError(error_response, operation_name), NoCredentialsError, …
//	botocore.config.Config(…)
func boto() []runtime.Module {
	errors := botoErrors()
	l := &library{
		makes:  []string{"client", "resource", "get_session", "get_paginator", "get_waiter", "begins_with", "eq", "gt", "lt", "contains"},
		raises: errors["NoCredentialsError"].(*py.Class),
		reason: "Unable to locate credentials: " + noNetwork,
	}
	conditions := l.names("boto3.dynamodb.conditions", "Key Attr")
	return []runtime.Module{
		{Names: []string{"boto3"}, Members: l.names("boto3", "client resource Session session setup_default_session DEFAULT_SESSION dynamodb s3")},
		{Names: []string{"boto3.session"}, Members: l.names("boto3.session", "Session")},
		{Names: []string{"boto3.dynamodb.conditions"}, Members: conditions},
		{Names: []string{"boto3.dynamodb.types"}, Members: l.names("boto3.dynamodb.types", "TypeDeserializer TypeSerializer Binary")},
		{Names: []string{"botocore"}, Members: join(l.names("botocore", "session client config UNSIGNED"), starlark.StringDict{
			"exceptions": &starlarkstruct.Module{Name: "botocore.exceptions", Members: errors},
		})},
		{Names: []string{"botocore.exceptions"}, Members: errors},
		{Names: []string{"botocore.config"}, Members: l.names("botocore.config", "Config")},
		{Names: []string{"botocore.client"}, Members: l.names("botocore.client", "Config BaseClient")},
		{Names: []string{"botocore.session"}, Members: l.names("botocore.session", "Session get_session")},
	}
}

// botoErrors are the exceptions of botocore.
func botoErrors() starlark.StringDict {
	const module = "botocore.exceptions"
	root := exception(module, "BotoCoreError", py.ExceptionClass("Exception"))
	members := starlark.StringDict{"BotoCoreError": root, "ClientError": clientError}
	for line := range strings.Lines(`BotoCoreError: NoCredentialsError NoRegionError DataNotFoundError HTTPClientError ParamValidationError ProfileNotFound ValidationError WaiterError PaginationError InvalidConfigError ConfigNotFound CredentialRetrievalError UnknownServiceError MissingParametersError EndpointProviderError
NoCredentialsError: PartialCredentialsError NoAuthTokenError
HTTPClientError: ConnectionError ConnectTimeoutError EndpointConnectionError ReadTimeoutError SSLError ProxyConnectionError ConnectionClosedError`) {
		base, below, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for name := range strings.FieldsSeq(below) {
			members[name] = exception(module, name, members[base].(*py.Class))
		}
	}
	return members
}

// clientError is ClientError(error_response, operation_name), which unit tests
// make for mocks to raise.
var clientError = py.NewClass(py.ClassSpec{
	Name: "ClientError", Module: "botocore.exceptions",
	Bases: []*py.Class{py.ExceptionClass("Exception")},
	Methods: map[string]py.Method{
		"__init__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			c := pyclass.Call{Thread: t, Fn: "ClientError", Args: args, Kwargs: kwargs}
			var response, operation starlark.Value
			if err := c.Unpack("error_response", &response, "operation_name", &operation); err != nil {
				return nil, err
			}
			var texts [3]string
			code, message := botoField(t, response, "Code"), botoField(t, response, "Message")
			for i, v := range []starlark.Value{code, operation, message} {
				var err error
				if texts[i], err = pytypes.Str(t, v); err != nil {
					return nil, err
				}
			}
			msg := "An error occurred (" + texts[0] + ") when calling the " + texts[1] + " operation: " + texts[2]
			o := self.(*py.Instance)
			o.Fields().Set("response", response)
			o.Fields().Set("operation_name", operation)
			return starlark.None, o.SetField("args", starlark.Tuple{starlark.String(msg)})
		},
	},
})

// botoField is a field of the error in a response of AWS.
func botoField(t *starlark.Thread, response starlark.Value, name string) starlark.Value {
	v := response
	for _, key := range []string{"Error", name} {
		var err error
		if v, err = pytypes.Item(t, v, starlark.String(key)); err != nil {
			return starlark.String("Unknown")
		}
	}
	return v
}

// requests returns the modules requests and requests.exceptions, and of urllib
// those that open addresses.
//
//	requests.get(…), requests.post(…), requests.Session(…), …
//	requests.exceptions.RequestException, HTTPError, Timeout, ConnectionError, JSONDecodeError, …
func requests() []runtime.Module {
	errors := requestErrors()
	l := &library{makes: []string{"session"}, raises: errors["RequestException"].(*py.Class), reason: noNetwork}
	visible := make(starlark.StringDict)
	for _, name := range []string{"RequestException", "HTTPError", "ConnectionError", "Timeout", "ConnectTimeout", "ReadTimeout", "TooManyRedirects", "URLRequired", "JSONDecodeError"} {
		visible[name] = errors[name]
	}
	urlError := exception("urllib.error", "URLError", py.ExceptionClass("OSError"))
	u := &library{raises: urlError, reason: noNetwork}
	visible["exceptions"] = &starlarkstruct.Module{Name: "requests.exceptions", Members: errors}
	return []runtime.Module{
		{Names: []string{"requests"}, Members: join(l.names("requests", "get post put delete patch head options request Session session Response Request PreparedRequest adapters auth codes packages utils"), visible)},
		{Names: []string{"requests.exceptions"}, Members: errors},
		{Names: []string{"requests.adapters"}, Members: l.names("requests.adapters", "HTTPAdapter Retry")},
		{Names: []string{"requests.auth"}, Members: l.names("requests.auth", "HTTPBasicAuth HTTPDigestAuth AuthBase")},
		{Names: []string{"urllib.request"}, Members: u.names("urllib.request", "urlopen Request build_opener install_opener urlretrieve")},
		{Names: []string{"urllib.error"}, Members: starlark.StringDict{
			"URLError":  urlError,
			"HTTPError": exception("urllib.error", "HTTPError", urlError),
		}},
	}
}

func requestErrors() starlark.StringDict {
	const module = "requests.exceptions"
	members := starlark.StringDict{"RequestException": exception(module, "RequestException", py.ExceptionClass("OSError"))}
	for line := range strings.Lines(`RequestException: HTTPError ConnectionError Timeout TooManyRedirects InvalidJSONError URLRequired MissingSchema InvalidSchema InvalidURL InvalidHeader ChunkedEncodingError ContentDecodingError StreamConsumedError RetryError
ConnectionError: ProxyError SSLError
Timeout: ReadTimeout
ConnectionError Timeout: ConnectTimeout
InvalidJSONError: JSONDecodeError`) {
		bases, below, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var extends []*py.Class
		for base := range strings.FieldsSeq(bases) {
			extends = append(extends, members[base].(*py.Class))
		}
		for name := range strings.FieldsSeq(below) {
			members[name] = exception(module, name, extends...)
		}
	}
	return members
}
