window.onload = function () {
  // What the Authorize dialogue holds goes with each request of "Try it out". Swagger UI would do so by itself only for
  // operations that declare `security`, which the published operation does not; it documents the header instead.
  function withCredentials(request) {
    if (request.loadSpec) {
      return request;
    }
    const authorized = window.ui.authSelectors.authorized();
    const token = authorized.getIn(["bearerToken", "value"]);
    const business = authorized.getIn(["businessId", "value"]);
    if (token) {
      request.headers["Authorization"] = "Bearer " + token;
    }
    if (business) {
      request.headers["x-business-id"] = business;
    }
    return request;
  }

  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: withCredentials,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    layout: "StandaloneLayout",
  });
};
